package io.k8j.schema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.stream.Stream;

/** Build step: {@code SchemaGenerator TABLE OUTPUT_DIRECTORY} writes the schema resources. */
public final class SchemaGenerator {
    private SchemaGenerator() {}

    /** Whether the last output is newer than the table and every class of this program. */
    private static boolean isFresh(Path table, Path directory) throws IOException {
        Path last = directory.resolve("descriptions.bin");
        if (!Files.exists(last)) return false;
        FileTime made = Files.getLastModifiedTime(last);
        try (Stream<Path> classes = Files.list(directory)) {
            for (Path input : Stream.concat(
                            Stream.of(table), classes.filter(p -> p.toString().endsWith(".class")))
                    .toList()) if (Files.getLastModifiedTime(input).compareTo(made) >= 0) return false;
        }
        return true;
    }

    /**
     * Reads all sources and writes {@code schema.bin}, {@code descriptions.bin} and the classes of {@code access}.
     *
     * @throws IllegalStateException if the sources contradict each other; the message names the type
     */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Path directory = Files.createDirectories(Path.of(args[1]));
        if (isFresh(Path.of(args[0]), directory)) return;
        Map<String, TypeDef> types = ProtobufSource.read();
        new ModelSource().enrich(types);
        ProtobufComments.apply(types);
        Semantics.apply(Path.of(args[0]), types);
        AccessGenerator.write(directory, types.keySet());
        Files.write(directory.resolve("schema.bin"), new SchemaWriter(types.values()).schema(types.values()));
        Files.write(directory.resolve("descriptions.bin"), SchemaWriter.descriptions(types.values()));
    }
}
