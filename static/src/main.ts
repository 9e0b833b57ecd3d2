/** The entry of every page: the styles, htmx, and the islands. A new island is one import here; see mount.ts. */
import "./styles/index.css";
import "./htmx";
import "./frame/navigation";
import "./frame/toasts";
import "./frame/menus";
import "./frame/dialogs";
import "./theme/toggle";
import "./player";
import "./library";
import "./track";
import "./karaoke";
import "./studio";
import "./uploads";
import "./voices";
import "./registering";
