/** Errors that are explained to people, without a stack trace. */
package dev.mto.engine.errors;
