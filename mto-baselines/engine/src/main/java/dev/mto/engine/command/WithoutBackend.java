package dev.mto.engine.command;

/** Marks a command that runs where ND4J's backend cannot be loaded. */
public interface WithoutBackend {}
