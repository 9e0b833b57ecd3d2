"""What a musician takes away besides audio: MIDI, a lead sheet, and the words in time."""
