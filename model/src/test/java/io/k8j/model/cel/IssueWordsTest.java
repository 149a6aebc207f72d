package io.k8j.model.cel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.common.types.SimpleType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IssueWordsTest {
    private static final Environment ENVIRONMENT =
            Environment.of(Language.plain(), Map.of("object", SimpleType.DYN), Map.of(), Sizes.UNKNOWN);

    /** An expression, and what upstream says of it: column and sentence, several apart by semicolons. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "a:b | 2: Syntax error: mismatched input ':' expecting <EOF>",
                "size(')') 1 2 | 11: Syntax error: mismatched input '1' expecting <EOF>",
                "[duration('1h'),in 'A'].sum() | 17: Syntax error: missing ']' at 'in';23: Syntax error: mismatched"
                        + " input ']' expecting <EOF>",
                "(semver'1.2.3')) 1 | 8: Syntax error: extraneous input ''1.2.3'' expecting ')';16: Syntax error:"
                        + " mismatched input ')' expecting <EOF>",
                "{b'a' | 6: Syntax error: mismatched input '<EOF>' expecting ':'",
                "(%1) | 2: Syntax error: extraneous input '%' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false',"
                        + " 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
                "9223372036854775808 | 1: invalid int literal",
                "has(1) | 5: invalid argument to has() macro",
                "x + 1 | 1: undeclared reference to 'x' (in container '')",
                "[1, 'a'] | 5: expected type 'int' but found 'string'",
                "[1, object] | 5: expected type 'int' but found 'dyn'",
                "{'a': 1, 'b': 'c'} | 15: expected type 'int' but found 'string'",
                "-1 && true | 1: expected type 'bool' but found 'int'",
                "duration('1h') == 1 | 16: found no matching overload for '_==_' applied to '(duration, int)'",
                "[] + 1 | 4: found no matching overload for '_+_' applied to '(list(dyn), int)'",
                "reqest % [1] | 1: undeclared reference to 'reqest' (in container '');8: found no matching overload for"
                        + " '_%_' applied to '(!error!, list(int))'",
                "!1 + 1 | 1: found no matching overload for '!_' applied to '(int)'",
            })
    void areUpstreams(String expression, String expected) {
        assertThat(ENVIRONMENT.compile(expression)).isInstanceOfSatisfying(Environment.Compiled.Fault.class, fault -> {
            List<String> found = Arrays.stream(fault.message().split("\n"))
                    .filter(line -> line.startsWith("ERROR: <input>:1:"))
                    .map(line -> line.substring("ERROR: <input>:1:".length()))
                    .toList();
            assertThat(String.join(";", found)).isEqualTo(expected);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'%d%s'.format([1, 'a']) == ''",
                "[1, 2]",
                "[object, object]",
                "optional.of([1]) == optional.of([2])"
            })
    void areNoneForWhatUpstreamTakes(String expression) {
        assertThat(ENVIRONMENT.compile(expression)).isInstanceOf(Environment.Compiled.Ready.class);
    }

    @Test
    void nothingHasNoPlace() {
        assertThat(ENVIRONMENT.compile(""))
                .isEqualTo(new Environment.Compiled.Fault(
                        "ERROR: <input>:1:0: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-',"
                                + " '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES,"
                                + " IDENTIFIER}"));
    }

    @Test
    void fieldsOfNothingAreNoKeys() {
        assertThat(failure("object.spec.x == 1")).isEqualTo("no such key: spec");
        assertThat(failure("{'a': 1}['b'] == 1")).isEqualTo("no such key: b");
    }

    private static String failure(String expression) {
        Expression compiled = ((Environment.Compiled.Ready) ENVIRONMENT.compile(expression)).expression();
        Map<String, Object> nothing = new java.util.HashMap<>();
        nothing.put("object", Values.ofTree(null));
        return ((Expression.Outcome.Failed) compiled.evaluate(nothing, 1000)).message();
    }
}
