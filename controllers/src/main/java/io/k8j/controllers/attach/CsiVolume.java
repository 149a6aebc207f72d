package io.k8j.controllers.attach;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.k8j.controllers.support.Nulls;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A volume of a CSI driver.
 *
 * @param name of the PersistentVolume
 * @param exclusive whether no two nodes may have it at a time
 */
record CsiVolume(String name, String driver, String handle, boolean exclusive) {
    private static final List<String> SHARED = List.of("ReadWriteMany", "ReadOnlyMany");

    /** Empty if it is of another kind. */
    static Optional<CsiVolume> of(PersistentVolume volume) {
        var csi = volume.getSpec().getCsi();
        if (csi == null) return Optional.empty();
        List<String> modes = Nulls.list(volume.getSpec().getAccessModes());
        return Optional.of(new CsiVolume(
                Nulls.name(volume),
                csi.getDriver(),
                csi.getVolumeHandle(),
                !modes.isEmpty() && modes.stream().noneMatch(SHARED::contains)));
    }

    /** As a node's status names it. */
    String uniqueName() {
        return "kubernetes.io/csi/" + driver + "^" + handle;
    }

    /** Name of the VolumeAttachment, the same again and again. */
    String attachment(String node) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((handle + driver + node).getBytes(StandardCharsets.UTF_8));
            return "csi-" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
