package dev.mto.engine.device;

/**
 * Whether a GPU can run.
 *
 * @param runs false where loading the backend would fail or crash
 * @param line what it is, whether it can run, and what to do
 */
public record Verdict(boolean runs, String line) {}
