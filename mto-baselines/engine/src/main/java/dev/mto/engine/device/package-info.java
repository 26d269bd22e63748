/**
 * Which of ND4J's backends this build has, and whether the GPUs of this machine can run it, told
 * without loading it: a GPU without device code for it ends the process in native code.
 *
 * <pre>{@code
 * StartUp.check(); // a UserException where a CUDA build finds no fit GPU
 * }</pre>
 */
package dev.mto.engine.device;
