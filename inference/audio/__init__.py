"""Files of audio: decoding, encoding, renditions and measurements, all in blocks so that memory stays bounded."""
