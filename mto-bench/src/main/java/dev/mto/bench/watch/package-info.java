/** Runs in a browser: all of a folder while they go on, and several side by side. */
package dev.mto.bench.watch;
