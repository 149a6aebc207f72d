package io.k8j.apiserver.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.Yaml;
import io.k8j.apiserver.crd.DefinitionStrategy;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.apiserver.strategy.Strategies;
import io.k8j.model.api.FieldError;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import io.k8j.model.patch.MergePatch;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.schema.Defaulter;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import io.k8j.model.schema.StrictDecoder;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays the tables in {@code cases}: what is wrong with an object and what upstream says to it.
 *
 * <p>A table names its resource and a right object. Each further line is a case, its columns apart by tabs: a sentence, a
 * merge patch that makes the object, and the errors, apart by {@code " | "} ({@code ok} if there are none). With four
 * columns it is an update: the second patch makes the new version of what the first one made. {@code status} in the first
 * line's third column means that updates go through that subresource.
 */
class ValidationCasesTest {
    record Case(String table, String name, Table of, String old, String now, String errors) {
        @Override
        public String toString() {
            return table + ": " + name;
        }
    }

    record Table(GroupVersionResource resource, boolean status, Map<String, Object> base) {}

    static Stream<Case> cases() throws IOException, URISyntaxException {
        Path folder = Path.of(ValidationCasesTest.class.getResource("cases").toURI());
        List<Case> cases = new ArrayList<>();
        try (Stream<Path> tables = Files.list(folder)) {
            for (Path table : tables.sorted().toList()) {
                cases.addAll(read(table));
            }
        }
        return cases.stream();
    }

    private static List<Case> read(Path file) throws IOException {
        List<Case> cases = new ArrayList<>();
        Table table = null;
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] columns = line.split("\t+");
            if (columns[0].equals("resource")) {
                table = table(columns);
            } else if (columns.length == 3) {
                cases.add(new Case(file.getFileName().toString(), columns[0], table, null, columns[1], columns[2]));
            } else {
                assertThat(columns).as("columns of: " + line).hasSize(4);
                cases.add(
                        new Case(file.getFileName().toString(), columns[0], table, columns[1], columns[2], columns[3]));
            }
        }
        return cases;
    }

    private static Table table(String[] columns) {
        Map<String, Object> base = Yaml.tree(columns[2]);
        String version = Trees.string(base, "apiVersion");
        int slash = version.indexOf('/');
        String[] name = columns[1].split("/");
        return new Table(
                new GroupVersionResource(
                        slash < 0 ? "" : version.substring(0, slash), version.substring(slash + 1), name[0]),
                name.length > 1,
                base);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void saysWhatUpstreamSays(Case c) {
        boolean definitions = c.of().resource().resource().equals("customresourcedefinitions");
        ResourceStrategy strategy = definitions ? new DefinitionStrategy() : Strategies.of(c.of().resource());
        List<FieldError> errors;
        if (c.old() == null) {
            Map<String, Object> object = object(c.of(), c.now());
            RequestContext context = context(c.of(), Verb.CREATE);
            strategy.prepareForCreate(context, object);
            errors = strategy.validate(context, object);
        } else {
            errors = update(c, strategy);
        }
        assertThat(errors.stream().map(FieldError::toString).distinct().toList())
                .as(c.name())
                .isEqualTo(
                        c.errors().equals("ok") ? List.of() : List.of(c.errors().split(" \\| ")));
    }

    private static List<FieldError> update(Case c, ResourceStrategy strategy) {
        Map<String, Object> old = object(c.of(), c.old());
        strategy.prepareForCreate(context(c.of(), Verb.CREATE), old);
        Map<String, Object> wanted = Yaml.tree(c.old());
        if (wanted.get("status") != null) {
            old.put("status", wanted.get("status"));
        }
        Map<String, Object> start = Trees.deepCopy(old);
        Map<String, Object> object = decoded(MergePatch.apply(start, Yaml.tree(c.now())));
        RequestContext context = context(c.of(), Verb.UPDATE);
        if (c.of().status()) {
            strategy.prepareForStatusUpdate(context, object, old);
            return strategy.validateStatusUpdate(context, object, old);
        }
        strategy.prepareForUpdate(context, object, old);
        return strategy.validateUpdate(context, object, old);
    }

    private static RequestContext context(Table table, Verb verb) {
        return new RequestContext(UserInfo.of("me"), verb, table.resource(), "rec", "", "", Instant.EPOCH, false);
    }

    private static Map<String, Object> object(Table table, String patch) {
        Map<String, Object> object = decoded(MergePatch.apply(Trees.deepCopy(table.base()), Yaml.tree(patch)));
        Trees.map(object, "metadata").putIfAbsent("uid", "u");
        return object;
    }

    private static Map<String, Object> decoded(Map<String, Object> body) {
        Schema schema = Schemas.kind(GroupVersionKind.of(Trees.string(body, "apiVersion"), Trees.string(body, "kind")));
        Map<String, Object> object =
                StrictDecoder.decode(schema, new HashMap<>(body)).object();
        Defaulter.apply(schema, object);
        return object;
    }
}
