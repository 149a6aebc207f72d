package io.k8j.e2e.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.e2e.commands.Step.Run;
import io.k8j.e2e.commands.Step.WriteFile;
import io.k8j.e2e.kubectl.Result;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScenarioReaderTest {
    private static final String TEXT = """
            # A remark.
            @ all.yaml
            kind: Pod
            @

            ## The first
            $ create
            one

            $~ get
            two
            ! a warning
            [1]
            $ more
            ## The second
            """;

    @Test
    void readsFilesCommandsAndWhatTheyPrint() {
        List<Scenario> scenarios = ScenarioReader.read("topic", TEXT);
        assertThat(scenarios).extracting(Scenario::toString).containsExactly("topic: The first", "topic: The second");
        var file = new WriteFile("all.yaml", "kind: Pod\n");
        assertThat(scenarios.getFirst().steps())
                .containsExactly(
                        file,
                        new Run(7, "create", false, expected(List.of("one"), List.of(), 0)),
                        new Run(10, "get", true, expected(List.of("two"), List.of("a warning"), 1)),
                        new Run(14, "more", false, expected(List.of(), List.of(), 0)));
        assertThat(scenarios.getLast().steps()).containsExactly(file);
    }

    @Test
    void refusesWhatItCannotUnderstand() {
        assertThatThrownBy(() -> ScenarioReader.read("topic", "what?\n")).hasMessage("topic:1: what?");
        assertThatThrownBy(() -> ScenarioReader.read("topic", "@ endless.yaml\nkind: Pod\n"))
                .hasMessage("topic:2: the file ends within a file");
    }

    @Test
    void comparesLinesGapsAndExitCodes() {
        Expected table = expected(List.of("NAME   AGE", "web    <*>"), List.of(), 0);
        assertThat(table.differenceTo(result(0, "NAME        AGE\nweb         5s\n", "")))
                .isEmpty();
        assertThat(table.differenceTo(result(0, "NAME        AGE\nweb 5s\n", "")))
                .isPresent();
        assertThat(table.differenceTo(result(0, "NAME   AGE\n", ""))).isPresent();
        assertThat(table.differenceTo(result(0, "NAME   AGE\nweb    5s\nmore   5s\n", "")))
                .isPresent();
        assertThat(table.differenceTo(result(1, "NAME   AGE\nweb    5s\n", "")))
                .hasValueSatisfying(d -> assertThat(d).contains("exit code 1"));
        assertThat(table.differenceTo(result(0, "NAME   AGE\nweb    5s\n", "a warning\n")))
                .isPresent();
    }

    @Test
    void anyLinesAreAsFewOrManyAsThereAre() {
        Expected described = expected(List.of("Name: a", "...", "Events: none"), List.of("..."), 0);
        assertThat(described.differenceTo(result(0, "Name: a\nEvents: none\n", "")))
                .isEmpty();
        assertThat(described.differenceTo(result(0, "Name: a\n\nx\ny\nEvents: none\n", "warning\n")))
                .isEmpty();
        assertThat(described.differenceTo(result(0, "Name: a\nx\n", ""))).isPresent();
    }

    @Test
    void newerWordsForADeletionDoNotCount() {
        assertThat(expected(List.of("pod \"a\" deleted"), List.of(), 0)
                        .differenceTo(result(0, "pod \"a\" deleted from default namespace\n", "")))
                .isEmpty();
    }

    private static Expected expected(List<String> stdout, List<String> stderr, int exit) {
        return new Expected(stdout, stderr, exit);
    }

    private static Result result(int exit, String stdout, String stderr) {
        return new Result("command", exit, stdout, stderr);
    }
}
