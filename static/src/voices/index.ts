/** The islands of the pages of performers and swaps. */
import "./options";
import "./part";
import "./preview";
import "./sample";
