package io.k8j.kubelet.cgroups;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What went through one network interface.
 *
 * @param name such as {@code eth0}
 */
public record NetworkUse(
        String name,
        long bytesIn,
        long packetsIn,
        long errorsIn,
        long droppedIn,
        long bytesOut,
        long packetsOut,
        long errorsOut,
        long droppedOut) {
    private static final int FIELDS = 16;

    /** The interfaces that a process sees, without its loopback; none if it is gone. */
    public static List<NetworkUse> of(long process) {
        try {
            return parse(Files.readAllLines(Path.of("/proc/" + process + "/net/dev")));
        } catch (IOException gone) {
            return List.of();
        }
    }

    /** Lines such as {@code eth0: 1 2 3 …} below two of headings. */
    static List<NetworkUse> parse(List<String> lines) {
        List<NetworkUse> all = new ArrayList<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon < 0) continue;
            String name = line.substring(0, colon).strip();
            String[] words = line.substring(colon + 1).strip().split("\\s+");
            if (name.equals("lo") || words.length < FIELDS || !words[0].matches("\\d+")) continue;
            all.add(new NetworkUse(
                    name,
                    Long.parseLong(words[0]),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3]),
                    Long.parseLong(words[8]),
                    Long.parseLong(words[9]),
                    Long.parseLong(words[10]),
                    Long.parseLong(words[11])));
        }
        return all;
    }
}
