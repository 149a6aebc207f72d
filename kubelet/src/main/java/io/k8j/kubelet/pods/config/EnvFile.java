package io.k8j.kubelet.pods.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Files of environment variables that an init container leaves in an emptyDir volume: lines {@code NAME='value'}, comments
 * and blank lines, and nothing else. Values are taken literally, may go over several lines, and end with their quote.
 */
final class EnvFile {
    /** A Pod's process has written the file: it must not fill the node's memory. */
    private static final int LARGEST = 1 << 20;

    private EnvFile() {}

    /**
     * The value of one name; empty if the file has none, or an empty one.
     *
     * @param volume where the volume lies on this node
     * @param path of the file in the volume; links must not lead out of it
     * @throws IOException if there is no such file, or it is not of this form
     */
    static Optional<String> value(Path volume, String path, String name) throws IOException {
        Path root = volume.toRealPath();
        Path file = root.resolve(path).normalize().toRealPath();
        if (!file.startsWith(root) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("\"%s\" is no file of the volume".formatted(path));
        }
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            if (channel.size() > LARGEST) throw new IOException("larger than %d bytes".formatted(LARGEST));
            ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return parse(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8), name);
        }
    }

    static Optional<String> parse(String text, String name) throws IOException {
        List<String> lines = text.lines().toList();
        int index = 0;
        while (index < lines.size()) {
            int number = index + 1;
            String line = lines.get(index++).replaceFirst("^[ \t]+", "");
            if (line.isEmpty() || line.startsWith("#")) continue;
            int equals = line.indexOf('=');
            if (equals < 0) throw wrong(number, "missing '='");
            String key = line.substring(0, equals);
            if (key.isBlank()) throw wrong(number, "empty variable name");
            if (!key.equals(key.stripTrailing())) throw wrong(number, "whitespace before '=' is not allowed");
            String rest = line.substring(equals + 1);
            if (rest.startsWith(" ") || rest.startsWith("\t")) { // as a shell: the value is empty
                if (key.equals(name)) return Optional.empty();
                continue;
            }
            if (!rest.startsWith("'")) throw wrong(number, "value must be enclosed in single quotes");
            rest = rest.substring(1);
            StringBuilder value = new StringBuilder();
            while (rest.indexOf('\'') < 0) {
                value.append(rest).append('\n');
                if (index == lines.size()) {
                    throw new IOException(
                            "invalid environment variable format starting at line %d: unclosed single quote"
                                    .formatted(number));
                }
                rest = lines.get(index++);
            }
            int end = rest.indexOf('\'');
            value.append(rest, 0, end);
            String after = rest.substring(end + 1).replaceFirst("^[ \t]+", "");
            if (!after.isEmpty() && !after.startsWith("#"))
                throw wrong(index, "unexpected content after closing quote");
            if (key.equals(name)) return Optional.of(value.toString()).filter(found -> !found.isEmpty());
        }
        return Optional.empty();
    }

    private static IOException wrong(int line, String what) {
        return new IOException("invalid environment variable format at line %d: %s".formatted(line, what));
    }
}
