/** {@code bench gpu}: one command that checks and measures a GPU, and one report. */
package dev.mto.speed.gpu;
