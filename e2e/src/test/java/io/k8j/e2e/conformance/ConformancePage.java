package io.k8j.e2e.conformance;

import java.util.List;
import java.util.Map;

/** Writes {@code docs/conformance.md}: a table for each special interest group. */
final class ConformancePage {
    private static final String HEAD = """
            # Conformance

            The behaviours that upstream's conformance suite checks, one line each, in our own words, and the tests of ours
            that show them. `ConformanceDocTest` writes this page from `conformance/behaviours.tsv` and the tests that carry
            `@Conformance`, and fails when it says anything else:
            `./mvnw -Dquick -pl e2e -am test -Dtest=ConformanceDocTest -Dk8j.conformance.write=true
            -Dsurefire.failIfNoSpecifiedTests=false` writes it anew.

            Tests whose names end in `IT` run real containers. The others run a cluster in their own JVM, with the real API
            server, controllers, scheduler and kubelets over containers that are only played.

            Upstream's own suite (`test/e2e` of 1.36.2 with kubectl 1.36.4) was run by hand, too, its images made from their
            sources or like them, on two nodes (`k8j server` and `k8j agent`, each in a network of its own on one machine) with
            containerd 2.1 and cgroup v1. All of its 446 tests marked `[Conformance]` passed: of the 417 that run at once 409 in one
            run of 28 minutes, one in a run of its own (it waits until an old list expires), and seven when they were run again,
            four of them with images that have what the tests look for, three because the machine was too busy before; and the
            29 that run alone (`[Serial]`), one of preemption among them on one node with containerd 1.6.
            """;

    private ConformancePage() {}

    static String render(List<Behaviour> behaviours, Map<String, List<String>> tests) {
        StringBuilder page = new StringBuilder(HEAD);
        String group = "";
        for (Behaviour behaviour : behaviours) {
            if (!behaviour.group().equals(group)) {
                group = behaviour.group();
                page.append(heading(group, behaviours));
            }
            page.append(
                    "| %s | %s | %s |%n".formatted(number(behaviour), cell(behaviour.text()), state(behaviour, tests)));
        }
        return page.toString().replace(System.lineSeparator(), "\n");
    }

    private static String heading(String group, List<Behaviour> behaviours) {
        List<Behaviour> all =
                behaviours.stream().filter(b -> b.group().equals(group)).toList();
        long shown = all.stream().filter(b -> b.open().isEmpty()).count();
        return "%n## sig-%s: %d of %d%n%n| Behaviour | What happens | Shown by |%n|---|---|---|%n"
                .formatted(group, shown, all.size());
    }

    private static String number(Behaviour behaviour) {
        return behaviour.area()
                + behaviour.id().substring(behaviour.id().lastIndexOf('/')).replace('/', ' ');
    }

    private static String state(Behaviour behaviour, Map<String, List<String>> tests) {
        if (!behaviour.open().isEmpty()) return "open: " + cell(behaviour.open());
        return String.join(", ", tests.getOrDefault(behaviour.id(), List.of()));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
