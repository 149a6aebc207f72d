package io.k8j.model.yaml;

import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ScannerException;

/** Says what is wrong with a text in the words of the library that upstream reads YAML with. */
final class YamlFault {
    /** How a complaint of ours begins, and upstream's for the same. */
    private record Words(String ours, String theirs) {}

    private static final List<Words> KNOWN = List.of(
            new Words("mapping values are not allowed", "mapping values are not allowed in this context"),
            new Words("mapping keys are not allowed", "mapping keys are not allowed in this context"),
            new Words("sequence entries are not allowed", "block sequence entries are not allowed in this context"),
            new Words("expected ',' or '}'", "did not find expected ',' or '}'"),
            new Words("expected ',' or ']'", "did not find expected ',' or ']'"),
            new Words("expected the node content", "did not find expected node content"),
            new Words("expected '<document start>'", "did not find expected <document start>"));

    private YamlFault() {}

    /** Line and complaint. */
    static String words(MarkedYamlEngineException fault) {
        int line = line(fault.getProblemMark());
        // Upstream counts lines from 0, and mends that for what its scanner finds only; the first line it never names.
        if (line != 0 && fault instanceof ScannerException) line++;
        return (line == 0 ? "" : "line " + line + ": ") + complaint(fault);
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(Mark::getLine).orElse(0);
    }

    private static String complaint(MarkedYamlEngineException fault) {
        String ours = String.valueOf(fault.getProblem());
        for (Words words : KNOWN) if (ours.startsWith(words.ours())) return words.theirs();
        if (ours.startsWith("expected <block end>")) {
            boolean map = String.valueOf(fault.getContext()).contains("mapping");
            return map ? "did not find expected key" : "did not find expected '-' indicator";
        }
        if (ours.contains("that cannot start any token")) return "found character that cannot start any token";
        return ours;
    }
}
