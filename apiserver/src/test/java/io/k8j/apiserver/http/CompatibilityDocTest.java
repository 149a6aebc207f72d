package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/compatibility.md} says of each resource what discovery says, and names tests that exist. */
class CompatibilityDocTest {
    private static final String ALL = "create delete deletecollection get list patch update watch";

    @Test
    void theTableOfResourcesIsWhatDiscoveryShows() throws Exception {
        List<List<String>> documented = table("resources");
        assertThat(documented.stream().map(row -> String.join(" | ", row.subList(0, 6))))
                .containsExactlyElementsOf(discovered());
        assertThat(documented).allSatisfy(row -> assertThat(row.get(6)).isNotEmpty());
    }

    @Test
    void theTestsThatShowTheFeaturesExist() throws IOException {
        TreeSet<String> tests = new TreeSet<>();
        try (Stream<Path> files = Files.walk(root())) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.java") || name.endsWith("IT.java"))
                    .forEach(name -> tests.add(name.substring(0, name.length() - ".java".length())));
        }
        for (List<String> row : table("features")) {
            assertThat(row)
                    .as("part, feature, state and tests")
                    .hasSize(4)
                    .allSatisfy(cell -> assertThat(cell).isNotEmpty());
            assertThat(tests).as(row.get(1)).containsAll(List.of(row.get(3).split(", ")));
        }
    }

    private static List<String> discovered() throws Exception {
        List<String> rows = new ArrayList<>();
        try (HttpTestServer server = new HttpTestServer()) {
            add(rows, "v1", server.json("/api/v1"));
            for (Object group : Trees.list(server.json("/apis"), "groups")) {
                for (Object version : Trees.list(group, "versions")) {
                    String groupVersion = Trees.string(version, "groupVersion");
                    add(rows, groupVersion, server.json("/apis/" + groupVersion));
                }
            }
        }
        return rows;
    }

    private static void add(List<String> rows, String version, Map<String, Object> document) {
        Map<String, List<String>> subresources = new LinkedHashMap<>();
        List<Object> resources = Trees.list(document, "resources");
        for (Object resource : resources) {
            String[] name = Trees.string(resource, "name").split("/");
            List<String> below = subresources.computeIfAbsent(name[0], n -> new ArrayList<>());
            if (name.length > 1) below.add(name[1]);
        }
        for (Object resource : resources) {
            String name = Trees.string(resource, "name");
            if (name.contains("/")) continue;
            String verbs = words(resource, "verbs");
            rows.add(String.join(
                    " | ",
                    version,
                    name,
                    Trees.string(resource, "kind"),
                    words(resource, "shortNames"),
                    verbs.equals(ALL) ? "all" : verbs,
                    String.join(" ", subresources.get(name))));
        }
    }

    private static String words(Object resource, String field) {
        return Trees.list(resource, field).stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    /** The cells of a table between its markers, without its head. */
    private static List<List<String>> table(String name) throws IOException {
        String text = Files.readString(root().resolve("docs/compatibility.md"));
        String begin = "<!-- " + name + ": begin -->";
        assertThat(text).contains(begin);
        return text.substring(text.indexOf(begin) + begin.length(), text.indexOf("<!-- " + name + ": end -->"))
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(1)
                .map(line ->
                        Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
                .map(cells -> cells.subList(1, cells.size() - 1))
                .toList();
    }

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("mvnw"))) {
            directory = directory.getParent();
        }
        return directory;
    }
}
