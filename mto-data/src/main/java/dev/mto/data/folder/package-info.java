/**
 * Folders of images: what is in them, which files cannot be read, and their making from IDX files.
 */
package dev.mto.data.folder;
