package io.k8j.server.cli;

import io.k8j.model.json.JsonException;
import io.k8j.model.yaml.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Gives flags their values from a YAML file whose keys are the flags without their dashes. What stands on the command
 * line wins.
 */
final class ConfigFile implements IDefaultValueProvider {
    private static final String FLAG = "--config";

    private final Map<String, String> values;

    private ConfigFile(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Looks for {@code --config} among a command's arguments and reads the file.
     *
     * @throws ParameterException if it cannot be read, is no map, or has a key that is no flag
     */
    static void apply(CommandLine command, List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals(FLAG) && i + 1 < arguments.size()) {
                command.setDefaultValueProvider(read(command, arguments.get(i + 1)));
            } else if (argument.startsWith(FLAG + "=")) {
                command.setDefaultValueProvider(read(command, argument.substring(FLAG.length() + 1)));
            }
        }
    }

    private static ConfigFile read(CommandLine command, String file) {
        Object tree;
        try {
            tree = Yaml.parse(Files.readAllBytes(Path.of(file)));
        } catch (IOException e) {
            throw new ParameterException(command, "--config %s: cannot be read".formatted(file), e);
        } catch (JsonException e) {
            throw new ParameterException(command, "--config %s: %s".formatted(file, e.getMessage()), e);
        }
        if (!(tree instanceof Map<?, ?> map)) {
            throw new ParameterException(command, "--config %s: must be a map of flags without dashes".formatted(file));
        }
        Map<String, String> values = new HashMap<>();
        map.forEach((key, value) -> {
            String flag = "--" + key;
            OptionSpec option = command.getCommandSpec().findOption(flag);
            if (option == null) {
                throw new ParameterException(command, "--config %s: unknown flag '%s'".formatted(file, key));
            }
            values.put(flag, text(value, option.splitRegex().isEmpty() ? "," : option.splitRegex()));
        });
        return new ConfigFile(values);
    }

    /** @param separator what the option splits its text at */
    private static String text(Object value, String separator) {
        return switch (value) {
            case List<?> list -> list.stream().map(String::valueOf).collect(Collectors.joining(separator));
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining(separator));
            case null, default -> String.valueOf(value);
        };
    }

    @Override
    public String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option ? values.get(option.longestName()) : null;
    }
}
