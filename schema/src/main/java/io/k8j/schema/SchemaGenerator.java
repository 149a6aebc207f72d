package io.k8j.schema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Build step: {@code SchemaGenerator TABLE OUTPUT_DIRECTORY} writes the schema resources. */
public final class SchemaGenerator {
    private SchemaGenerator() {}

    /**
     * Reads all sources and writes {@code schema.bin} and {@code descriptions.bin}.
     *
     * @throws IllegalStateException if the sources contradict each other; the message names the type
     */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Map<String, TypeDef> types = ProtobufSource.read();
        new ModelSource().enrich(types);
        Semantics.apply(Path.of(args[0]), types);
        Path directory = Files.createDirectories(Path.of(args[1]));
        Files.write(directory.resolve("schema.bin"), new SchemaWriter(types.values()).schema(types.values()));
        Files.write(directory.resolve("descriptions.bin"), SchemaWriter.descriptions(types.values()));
    }
}
