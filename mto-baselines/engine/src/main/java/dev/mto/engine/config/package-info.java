/**
 * Configuration as immutable records, read from YAML. Every key has a default in {@code
 * defaults.yaml} or in the baseline's recipe over it; unknown keys and values out of range are
 * refused by name.
 */
package dev.mto.engine.config;
