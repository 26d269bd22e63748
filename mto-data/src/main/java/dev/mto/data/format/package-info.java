/**
 * What image files say about themselves: their formats, sizes, channels and orientation, and
 * whether they go on to their end; and the values of TIFF files with any number of channels.
 */
package dev.mto.data.format;
