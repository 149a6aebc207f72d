package io.k8j.e2e.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The differences that are meant to be, each with its reason. A file has one per line: what was asked (an expression
 * for {@code file/name} of an exchange or for a command), where it differs (an expression for the path or the line) and
 * why, apart by tabs. Expressions match the whole. Reasons that begin with {@code open:} name work that is not done yet.
 */
final class AcceptedDifferences {
    /** One line of the file. */
    record Accepted(Pattern asked, Pattern place, String reason) {}

    private final List<Accepted> accepted;
    private final Set<Accepted> used = ConcurrentHashMap.newKeySet();

    private AcceptedDifferences(List<Accepted> accepted) {
        this.accepted = accepted;
    }

    static AcceptedDifferences read(String file) throws IOException {
        try (InputStream in = AcceptedDifferences.class.getResourceAsStream("/recorded/" + file)) {
            var lines = new ArrayList<Accepted>();
            for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                String[] fields = line.split("\t");
                if (fields.length != 3) {
                    throw new IOException("%s: want three fields apart by tabs: %s".formatted(file, line));
                }
                lines.add(new Accepted(
                        Pattern.compile(fields[0]), Pattern.compile(fields[1], Pattern.DOTALL), fields[2]));
            }
            return new AcceptedDifferences(List.copyOf(lines));
        }
    }

    /** Whether one of the lines covers this difference. */
    boolean covers(String asked, String place) {
        for (Accepted line : accepted) {
            if (line.asked().matcher(asked).matches()
                    && line.place().matcher(place).matches()) {
                used.add(line);
                return true;
            }
        }
        return false;
    }

    /** The lines that covered nothing so far, for the report. */
    List<String> unused() {
        return accepted.stream()
                .filter(line -> !used.contains(line))
                .map(line -> line.asked() + "\t" + line.place() + "\t" + line.reason())
                .toList();
    }
}
