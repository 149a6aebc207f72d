package io.k8j.e2e.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One command as it was typed, and what it printed. */
record Transcript(String command, int exit, String stdout, String stderr) {
    private static final Pattern READS = Pattern.compile(
            "kubectl (get|describe|logs|top|explain|auth|version|cluster-info|api-versions|rollout history)\\b.*");
    private static final Map<Pattern, String> COLUMNS = Map.of(
            Pattern.compile("(?<=^|\\s)(\\d+[smhd]){1,2}(?=$|\\s|\\))"), "<age>",
            Pattern.compile("\\b\\d+\\.\\d+\\.\\d+\\.\\d+\\b"), "<ip>",
            Pattern.compile("v1\\.\\d+\\.\\d+[-+\\w]*"), "<version>",
            Pattern.compile("resourceVersion: \"\\d+\""), "resourceVersion: <rv>",
            Pattern.compile("kubectl-edit-\\d+"), "kubectl-edit-<id>");

    static List<Transcript> read() throws IOException {
        try (InputStream in = Transcript.class.getResourceAsStream("/recorded/kubectl.jsonl")) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> of(JsonMapper.shared().readTree(line)))
                    .toList();
        }
    }

    private static Transcript of(JsonNode line) {
        return new Transcript(
                line.path("command").asString(),
                line.path("exit").asInt(),
                line.path("stdout").asString(),
                line.path("stderr").asString());
    }

    /** Whether the command changes nothing, so that it may be tried again. */
    boolean isRead() {
        return READS.matcher(command).matches();
    }

    /**
     * All that can be compared, line by line: exit code, stdout, stderr. Blanks between columns count as one gap.
     *
     * @param node the name of the cluster's only node
     */
    List<String> comparable(String node) {
        String all = "exit " + exit + "\n" + stdout + "\n"
                + stderr.lines().map(line -> "stderr: " + line + "\n").reduce("", String::concat);
        return all.lines()
                .map(line -> normalize(line, node))
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static String normalize(String line, String node) {
        String result = Normalizer.text(line.replaceAll("\\b" + Pattern.quote(node) + "\\b", "<node>"));
        for (var rule : COLUMNS.entrySet()) {
            result = rule.getKey().matcher(result).replaceAll(rule.getValue());
        }
        return result.replaceAll("<age> \\(x\\d+ over <age>\\)", "<age>")
                .replaceAll("\\s+$", "")
                .replaceAll("(?<=\\S)[ \\t]{2,}", "  ");
    }

    @Override
    public String toString() {
        return command;
    }
}
