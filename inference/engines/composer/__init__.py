"""The composer: an engine that reads, writes, plays, mixes and masters songs without a neural network."""
