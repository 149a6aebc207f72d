package io.k8j.server.controlplane;

import io.k8j.apiserver.spi.UserInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a file of static tokens: lines of {@code token,user,uid,"group1,group2"}. */
final class TokenFile {
    private static final Logger LOG = LoggerFactory.getLogger(TokenFile.class);

    private TokenFile() {}

    /** @throws IllegalArgumentException if a line has too few columns or quotes that do not end */
    static Map<String, UserInfo> read(Path file) throws IOException {
        Map<String, UserInfo> users = new LinkedHashMap<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (line.isEmpty()) {
                continue;
            }
            List<String> columns = columns(file, line);
            if (columns.size() < 3) {
                throw new IllegalArgumentException(
                        "token file '%s' must have at least 3 columns (token, user name, user uid), found %d"
                                .formatted(file, columns.size()));
            }
            if (columns.getFirst().isEmpty()) {
                LOG.warn("empty token has been found in token file '{}', record number '{}'", file, number);
                continue;
            }
            List<String> groups =
                    columns.size() < 4 ? List.of() : List.of(columns.get(3).split(",", -1));
            UserInfo user = new UserInfo(columns.get(1), columns.get(2), groups, Map.of());
            if (users.put(columns.getFirst(), user) != null) {
                LOG.warn("duplicate token has been found in token file '{}', record number '{}'", file, number);
            }
        }
        return users;
    }

    private static List<String> columns(Path file, String line) {
        List<String> columns = new ArrayList<>();
        StringBuilder column = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                column.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                columns.add(column.toString());
                column.setLength(0);
            } else {
                column.append(c);
            }
        }
        if (quoted) {
            throw new IllegalArgumentException("token file '%s' has quotes that do not end".formatted(file));
        }
        columns.add(column.toString());
        return columns;
    }
}
