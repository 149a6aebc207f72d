package io.k8j.e2e.commands;

import io.k8j.e2e.commands.Step.Run;
import io.k8j.e2e.commands.Step.WriteFile;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the scenarios of one topic from a text in the form that the package describes. For one thread, one text. */
final class ScenarioReader {
    private static final Pattern EXIT = Pattern.compile("\\[(\\d+)]");

    private final String topic;
    private final List<String> lines;
    private final List<Step> forAll = new ArrayList<>();
    private final List<Scenario> scenarios = new ArrayList<>();
    private List<Step> steps = forAll;
    private int next;

    private ScenarioReader(String topic, String text) {
        this.topic = topic;
        this.lines = text.lines().toList();
    }

    /** @throws IllegalArgumentException naming the line that cannot be understood */
    static List<Scenario> read(String topic, String text) {
        return new ScenarioReader(topic, text).readAll();
    }

    private List<Scenario> readAll() {
        while (next < lines.size()) {
            String line = lines.get(next++);
            if (line.startsWith("## ")) begin(line.substring(3));
            else if (line.startsWith("@ ")) steps.add(file(line.substring(2).strip()));
            else if (line.startsWith("$ ")) steps.add(command(line.substring(2), false));
            else if (line.startsWith("$~ ")) steps.add(command(line.substring(3), true));
            else if (!line.isBlank() && !line.startsWith("# ")) throw unclear(next, line);
        }
        return List.copyOf(scenarios);
    }

    private void begin(String title) {
        steps = new ArrayList<>(forAll);
        scenarios.add(new Scenario(topic, title, steps));
    }

    private WriteFile file(String name) {
        int from = next;
        while (!line(next).equals("@")) next++;
        return new WriteFile(name, String.join("\n", lines.subList(from, next++)) + "\n");
    }

    private Run command(String command, boolean repeated) {
        if (scenarios.isEmpty()) throw unclear(next, command);
        int at = next;
        var stdout = new ArrayList<String>();
        var stderr = new ArrayList<String>();
        int exit = 0;
        for (; next < lines.size() && !endsOutput(lines.get(next)); next++) {
            String line = lines.get(next);
            Matcher code = EXIT.matcher(line);
            if (code.matches()) exit = Integer.parseInt(code.group(1));
            else if (line.startsWith("! ")) stderr.add(line.substring(2));
            else stdout.add(line);
        }
        return new Run(at, command, repeated, new Expected(stdout, stderr, exit));
    }

    private static boolean endsOutput(String line) {
        return line.isBlank() || line.startsWith("$ ") || line.startsWith("$~ ") || line.startsWith("## ");
    }

    private String line(int index) {
        if (index >= lines.size()) throw unclear(index, "the file ends within a file");
        return lines.get(index);
    }

    private IllegalArgumentException unclear(int line, String text) {
        return new IllegalArgumentException("%s:%d: %s".formatted(topic, line, text));
    }
}
