/** Adding one's own voice. */
import "./recorder";
