package dev.mto.data.storage;

/** A channel that holds a connection, and can stay open without it. */
public interface Connected {
  /** Gives the connection back until the next read. */
  void disconnect();
}
