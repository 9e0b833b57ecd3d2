/** The uploads page, and what of it stays while other pages are shown. */
import "./indicator";
import "./page";
