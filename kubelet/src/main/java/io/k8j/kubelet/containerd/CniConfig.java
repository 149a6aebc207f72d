package io.k8j.kubelet.containerd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * What containerd is told about the Pod network: a bridge on this node with addresses from the node's Pod CIDR. Host
 * ports are no matter of it: the node agent serves them.
 *
 * @param podCidr this node's range, such as {@code 10.42.0.0/24}
 * @param bridge name of the bridge, at most 15 characters
 * @param mtu of bridge and veth; 0 leaves it to the kernel
 * @param masquerade whether the bridge plugin rewrites the sources of traffic that leaves (with iptables)
 * @param ipamDir where the host-local plugin notes the addresses it gave away
 */
public record CniConfig(String podCidr, String bridge, int mtu, boolean masquerade, Path ipamDir) {
    private static final List<Path> BIN_DIRS = List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni"));

    public CniConfig {
        if (bridge.isEmpty() || bridge.length() > 15) {
            throw new IllegalArgumentException("bridge '%s': want 1 to 15 characters".formatted(bridge));
        }
    }

    /** Finds the directory that holds the CNI plugins: the first that has the bridge plugin. */
    public static Optional<Path> findBinDir() {
        return BIN_DIRS.stream()
                .filter(dir -> Files.isExecutable(dir.resolve("bridge")))
                .findFirst();
    }

    /** The network's description as CNI wants it. */
    String json() {
        return """
            {
              "cniVersion": "0.4.0",
              "name": "%s",
              "plugins": [
                {
                  "type": "bridge",
                  "bridge": "%s",
                  "isGateway": true,
                  "ipMasq": %s,
                  "hairpinMode": true,
                  "mtu": %d,
                  "ipam": {
                    "type": "host-local",
                    "dataDir": "%s",
                    "ranges": [[{"subnet": "%s"}]],
                    "routes": [{"dst": "0.0.0.0/0"}]
                  }
                }
              ]
            }
            """.formatted(bridge, bridge, masquerade, mtu, ipamDir, podCidr);
    }

    /**
     * Writes the network into {@code dir}, where containerd sees it at once. Replaces the file as a whole; a repeat
     * with the same values changes nothing.
     */
    public void writeTo(Path dir) throws IOException {
        Files.createDirectories(dir);
        Path target = dir.resolve("10-k8j.conflist");
        if (Files.exists(target) && Files.readString(target).equals(json())) return;
        Path written = Files.writeString(dir.resolve(".10-k8j.new"), json());
        Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
