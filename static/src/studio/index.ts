/** The studio's islands. */
import "./fold";
import "./form";
import "./live";
import "./lyrics";
import "./span";
import "./understood";
