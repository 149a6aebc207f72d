package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/conformance.md} says of every behaviour which tests show it, or why none does. */
class ConformanceDocTest {
    private static final List<Behaviour> BEHAVIOURS = Behaviour.all();
    private static final ShownBehaviours SHOWN = ShownBehaviours.find();

    @Test
    void thePageSaysWhatTheTestsShow() throws IOException {
        Path page = root().resolve("docs/conformance.md");
        String wanted = ConformancePage.render(BEHAVIOURS, SHOWN.tests());
        if (Boolean.getBoolean("k8j.conformance.write")) Files.writeString(page, wanted);
        assertThat(Files.readString(page).lines())
                .as("write it anew with -Dk8j.conformance.write=true")
                .containsExactlyElementsOf(wanted.lines().toList());
    }

    @Test
    void everyBehaviourIsShownOrSaysWhyNot() {
        Set<String> ids = new TreeSet<>();
        for (Behaviour behaviour : BEHAVIOURS) {
            assertThat(ids.add(behaviour.id()))
                    .as(behaviour.id() + " stands only once")
                    .isTrue();
            assertThat(SHOWN.tests().containsKey(behaviour.id()))
                    .as(behaviour.id() + ": either a test has @Conformance of it or its line has a reason")
                    .isEqualTo(behaviour.open().isEmpty());
        }
        assertThat(ids)
                .as("@Conformance names what is on the list")
                .containsAll(SHOWN.tests().keySet());
        assertThat(BEHAVIOURS).hasSize(408);
    }

    @Test
    void whatIsAnnotatedRuns() {
        assertThat(SHOWN.mistakes()).isEmpty();
        assertThat(SHOWN.tests()).as("tests are found").isNotEmpty();
    }

    @Test
    void thePageTellsTestsAndReasonsApart() {
        List<Behaviour> some = List.of(
                new Behaviour("apps/CronJob/1", "CronJob", "runs a | b", ""),
                new Behaviour("apps/CronJob/2", "CronJob", "stops", "no clock"));
        assertThat(ConformancePage.render(some, Map.of("apps/CronJob/1", List.of("ATest", "BIT")))
                        .lines()
                        .filter(line -> line.startsWith("| C") || line.startsWith("##"))
                        .collect(Collectors.joining("\n")))
                .isEqualTo("""
                        ## sig-apps: 1 of 2
                        | CronJob 1 | runs a \\| b | ATest, BIT |
                        | CronJob 2 | stops | open: no clock |""");
    }

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("mvnw"))) {
            directory = directory.getParent();
        }
        return directory;
    }
}
