package io.k8j.kubelet.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.model.yaml.Yaml;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoTemplateTest {
    private static final Object DATA = Yaml.parse("""
        name: web
        count: 3
        ratio: 0.5
        none: null
        empty: []
        ports: [{name: http, port: 80}, {name: https, port: 443}]
        labels: {b: "2", a: "1"}
        """);

    record Case(String name, String template, String printed) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case("text is printed as it stands", "a }} b", "a }} b"),
                new Case("a field", "{{ .name }}", "web"),
                new Case("an absent field", "{{ .absent }}", "<no value>"),
                new Case("a field of an absent one", "{{ .absent.deeper }}", "<no value>"),
                new Case("numbers", "{{ .count }} {{ .ratio }} {{ 7 }} {{ -1 }} {{ 1.5 }}", "3 0.5 7 -1 1.5"),
                new Case("space is trimmed", "a  {{- 1 -}}\n  b", "a1b"),
                new Case("a comment prints nothing", "a{{/* b */}}c{{- /* d */ -}} e", "ace"),
                new Case("if, else if, else", "{{ if .none }}1{{ else if .count }}2{{ else }}3{{ end }}", "2"),
                new Case("an empty list is false", "{{ if .empty }}1{{ else }}2{{ end }}", "2"),
                new Case("with sets the dot", "{{ with .labels }}{{ .a }}{{ end }}", "1"),
                new Case("with has an else", "{{ with .none }}1{{ else }}{{ .name }}{{ end }}", "web"),
                new Case(
                        "range over a list",
                        "{{ range .ports }}{{ .name }}={{ .port }};{{ end }}",
                        "http=80;https=443;"),
                new Case(
                        "range with index",
                        "{{ range $i, $p := .ports }}{{ $i }}{{ $p.name }} {{ end }}",
                        "0http 1https "),
                new Case(
                        "range over a map is sorted", "{{ range $k, $v := .labels }}{{ $k }}{{ $v }}{{ end }}", "a1b2"),
                new Case("range over nothing", "{{ range .empty }}x{{ else }}none{{ end }}", "none"),
                new Case("the whole data", "{{ range .ports }}{{ $.name }}{{ end }}", "webweb"),
                new Case(
                        "a variable is set outside its block",
                        "{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}",
                        "2"),
                new Case(
                        "a variable ends with its block",
                        "{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}",
                        "1"),
                new Case("a pipeline", "{{ .name | upper | printf \"%s-%d\" \"x\" | len }}", "error"),
                new Case("parentheses", "{{ (index .ports 1).name }}", "https"),
                new Case("or takes the first that is true", "{{ or .none .empty .name }}", "web"),
                new Case("and takes the first that is not", "{{ and .name .count }}", "3"),
                new Case("eq with several", "{{ eq .name \"a\" \"web\" }}", "true"),
                new Case("eq with an absent value", "{{ eq .absent \"a\" }}", "false"),
                new Case("not, ne, lt", "{{ not .none }} {{ ne 1 2 }} {{ lt 1 2 }}", "true true true"),
                new Case("index of a map", "{{ index .labels \"a\" }}", "1"),
                new Case("raw strings", "{{ `a\"b` }}", "a\"b"),
                new Case("Quote writes JSON", "{{ \"a\\\"b\" | Quote }} {{ .count | Quote }}", "\"a\\\"b\" \"3\""),
                new Case("YAML is indented", "x:{{ YAML .labels 1 }}", "x:\n  a: \"1\"\n  b: \"2\"\n  "),
                new Case("maps are printed as Go does", "{{ .labels }} {{ .empty }}", "map[a:1 b:2] []"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void prints(Case c) {
        if (c.printed().equals("error")) {
            assertThatThrownBy(() -> render(c.template())).isInstanceOf(TemplateException.class);
        } else {
            assertThat(render(c.template())).as(c.name()).isEqualTo(c.printed());
        }
    }

    private static String render(String template) {
        return GoTemplate.parse(template, Functions.STANDARD).render(DATA, new Functions(Map.of()));
    }

    record Mistake(String template, int line, String message) {}

    static Stream<Mistake> mistakes() {
        return Stream.of(
                new Mistake("a\n{{ if .x }}\nb", 3, "unexpected EOF: {{if}} has no {{end}}"),
                new Mistake("a\n\n{{ nosuch 1 }}", 3, "function \"nosuch\" not defined"),
                new Mistake("{{ end }}", 1, "unexpected {{end}}"),
                new Mistake("{{ .x", 1, "unclosed action"),
                new Mistake("{{ \"x }}", 1, "unterminated quoted string"),
                new Mistake("{{ define \"x\" }}{{ end }}", 1, "{{define}} is not supported"),
                new Mistake("{{ ( 1 }}", 1, "unclosed left paren"),
                new Mistake("{{ $y = 1 }}", 1, "undefined variable \"$y\""),
                new Mistake("\n{{ range .name }}{{ end }}", 2, "range can't iterate over web"),
                new Mistake("\n{{ index .ports 5 }}", 2, "error calling index: Index 5 out of bounds for length 2"),
                new Mistake("{{ .name.first }}", 1, "can't evaluate field first in web"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void tellsLineAndCause(Mistake mistake) {
        assertThatThrownBy(() -> render(mistake.template()))
                .isInstanceOfSatisfying(
                        TemplateException.class, e -> assertThat(e.line()).isEqualTo(mistake.line()))
                .hasMessage(mistake.message());
    }

    @Test
    void functionsOfARenderingAreUsed() {
        Functions names = Functions.STANDARD.with(new Functions(Map.of("Mine", a -> null)));
        GoTemplate template = GoTemplate.parse("{{ Mine 1 }}", names);
        assertThat(template.render(DATA, new Functions(Map.of("Mine", (List<Object> a) -> a.getFirst() + "!"))))
                .isEqualTo("1!");
    }
}
