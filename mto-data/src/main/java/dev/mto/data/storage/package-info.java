/**
 * Where images and runs lie: in folders of the system, or at an address such as {@code
 * hdfs://host/images}, whose paths a {@link dev.mto.data.storage.Storage} brings.
 *
 * <pre>{@code
 * ImageFolder images = ImageFolder.open(Locations.path("hdfs://host/images/train.tar"));
 * }</pre>
 */
package dev.mto.data.storage;
