/** What runs in the audio thread: the library's processor, mended. The order matters. */
import "./mend";
import "signalsmith-stretch";
