package io.k8j.model.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NamesTest {
    record Case(String name, Function<String, List<String>> check, String value, String... errors) {}

    private static final String SUBDOMAIN = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
            + " characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com',"
            + " regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private static final String LABEL = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters"
            + " or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex"
            + " used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private static final String SERVICE = "a DNS-1035 label must consist of lower case alphanumeric characters or '-',"
            + " start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or"
            + " 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    static Stream<Case> cases() {
        return Stream.of(
                new Case("subdomain", Names::dns1123Subdomain, "a.b-c.1"),
                new Case("subdomain with capital", Names::dns1123Subdomain, "Ab", SUBDOMAIN),
                new Case("empty subdomain", Names::dns1123Subdomain, "", SUBDOMAIN),
                new Case("subdomain with empty part", Names::dns1123Subdomain, "a..b", SUBDOMAIN),
                new Case(
                        "long subdomain",
                        Names::dns1123Subdomain,
                        "a".repeat(254),
                        "must be no more than 253 characters"),
                new Case("label", Names::dns1123Label, "1a-b"),
                new Case("label with dots", Names::dns1123Label, "a.b", "must not contain dots"),
                new Case("label with hyphen at its end", Names::dns1123Label, "a-", LABEL),
                new Case("service", Names::dns1035Label, "a1"),
                new Case("service with digit first", Names::dns1035Label, "1a", SERVICE),
                new Case("key", Names::qualifiedName, "example.com/My_Name.x"),
                new Case(
                        "key without name",
                        Names::qualifiedName,
                        "example.com/",
                        "name part must be non-empty",
                        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
                                + " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex"
                                + " used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"),
                new Case("key with empty prefix", Names::qualifiedName, "/a", "prefix part must be non-empty"),
                new Case(
                        "key with two slashes",
                        Names::qualifiedName,
                        "a/b/c",
                        "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start"
                                + " and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or"
                                + " '123-abc', regex used for validation is"
                                + " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix"
                                + " and '/' (e.g. 'example.com/MyName')"),
                new Case("empty value", Names::labelValue, ""),
                new Case("long value", Names::labelValue, "a".repeat(64), "must be no more than 63 bytes"),
                new Case("port", Names::portName, "http-1"),
                new Case("port of digits", Names::portName, "80", "must contain at least one letter (a-z)"),
                new Case(
                        "port in disorder",
                        Names::portName,
                        "-A--b",
                        "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
                        "must not contain consecutive hyphens",
                        "must not begin or end with a hyphen"),
                new Case("config key", Names::configMapKey, "a.b_c-D"),
                new Case("config key with dots first", Names::configMapKey, "..a", "must not start with '..'"),
                new Case("variable", Names::envVarName, "A_B.c-d"),
                new Case("relaxed variable", Names::relaxedEnvVarName, "1 a$"),
                new Case(
                        "relaxed variable with equals sign",
                        Names::relaxedEnvVarName,
                        "a=",
                        "a valid environment variable name must consist only of printable ASCII characters other than"
                                + " '='"),
                new Case(
                        "path segment",
                        Names::pathSegment,
                        "system:node/x%",
                        "may not contain '/'",
                        "may not contain '%'"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tellsWhatIsWrong(Case c) {
        assertThat(c.check().apply(c.value())).as(c.name()).containsExactly(c.errors());
    }
}
