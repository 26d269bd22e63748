/** What the tests of all baselines share. */
package dev.mto.engine.testing;
