/** Pre-trained encoders as layers of Deeplearning4j's networks. */
package dev.mto.deeplearning4j;
