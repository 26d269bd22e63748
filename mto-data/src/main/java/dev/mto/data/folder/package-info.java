/**
 * Folders of images: what is in them, which files cannot be read, their making from IDX files, and
 * their repacking into shards.
 */
package dev.mto.data.folder;
