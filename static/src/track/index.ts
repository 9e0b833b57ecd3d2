/** What moves on a track's page. */
import "./compare";
import "./lyrics";
import "./rename";
import "./share";
import "./tree";
import "./wave";
