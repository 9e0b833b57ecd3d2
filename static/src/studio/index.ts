/** The studio's islands. */
import "./fold";
import "./form";
import "./live";
