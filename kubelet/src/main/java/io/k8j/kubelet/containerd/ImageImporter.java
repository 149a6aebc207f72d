package io.k8j.kubelet.containerd;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Loads images from archives into the runtime, without any registry. CRI itself has no call for it. */
public interface ImageImporter {
    /**
     * Imports all images of an archive and unpacks them.
     *
     * @param archive a tar file (plain or gzip) with an OCI layout or what {@code docker save} writes
     * @return the full names of the imported images, in the archive's order
     * @throws IOException if the archive cannot be read or the runtime refuses it; nothing usable was imported then
     */
    List<String> importArchive(Path archive) throws IOException;
}
