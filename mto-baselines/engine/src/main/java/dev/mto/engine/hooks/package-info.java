/**
 * Where other programs join in: a {@link dev.mto.engine.hooks.RunListener} is told how a
 * pre-training goes on. These types stay as they are from one version to the next.
 */
package dev.mto.engine.hooks;
