/** Pictures and figures of trained weights, with a CSV beside each picture. */
package dev.mto.engine.analysis;
