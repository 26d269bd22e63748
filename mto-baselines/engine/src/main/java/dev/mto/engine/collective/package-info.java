/**
 * What the processes of a training do together: {@link dev.mto.engine.collective.Collective} sums
 * gradients and gathers small records, {@link dev.mto.engine.collective.Agreement} holds them to
 * the same start. Sums are taken in one order, so that any number of processes gives the bits of
 * one.
 */
package dev.mto.engine.collective;
