/**
 * ConMIM, a baseline of masked image modelling by denoising contrast: the student recognises each
 * masked patch among the patches that a slowly moving teacher sees.
 *
 * <pre>{@code
 * java -cp ... dev.mto.engine.command.Main --config configs/conmim-tiny.yaml
 * }</pre>
 */
package dev.mto.conmim;
