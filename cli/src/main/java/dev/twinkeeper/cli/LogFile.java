package dev.twinkeeper.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of ZooKeeper and of ourselves: to a file, never to the terminal. Logback finds this class by its service file;
 * until a file is opened nothing is logged at all.
 *
 * <p>A server process is told its file by the system property {@value #PROPERTY}.
 */
public final class LogFile extends ContextAwareBase implements Configurator {
    /** The system property that names the file from the start. */
    public static final String PROPERTY = "twinkeeper.log";

    /** A file is put aside at this size and the one before it goes: two files of it at the most. */
    private static final String LARGEST = "10MB";

    private static final String OURS = "dev.twinkeeper";

    private static volatile Path current;

    private static final String LINE = "%d{HH:mm:ss.SSS} %-5level [%thread] %logger{24} - %msg%n";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
        String file = System.getProperty(PROPERTY);
        if (file != null) {
            open(context, Path.of(file));
        }
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** The file, if there is one yet. */
    static Optional<Path> current() {
        return Optional.ofNullable(current);
    }

    /** Logs to this file from now on, behind what is in it. */
    static void open(Path file) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            open(context, file);
        }
    }

    /** From now on only what is wrong, for those who measure. */
    static void onlyWarnings() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
            context.getLogger("dev.twinkeeper").setLevel(Level.WARN);
        }
    }

    private static void open(LoggerContext context, Path file) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(LINE);
        encoder.start();

        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(file.toString());
        appender.setEncoder(encoder);

        FixedWindowRollingPolicy rolling = new FixedWindowRollingPolicy();
        rolling.setContext(context);
        rolling.setParent(appender);
        rolling.setFileNamePattern(file.toString().replace("%", "\\%") + ".%i");
        rolling.setMinIndex(1);
        rolling.setMaxIndex(1);
        rolling.start();

        SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
        trigger.setContext(context);
        trigger.setMaxFileSize(FileSize.valueOf(LARGEST));
        trigger.setCheckIncrement(Duration.buildBySeconds(1));
        trigger.start();

        appender.setRollingPolicy(rolling);
        appender.setTriggeringPolicy(trigger);
        appender.start();

        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        current = file;
        root.detachAndStopAllAppenders();
        root.addAppender(appender);
        root.setLevel(Level.INFO);
        context.getLogger(OURS).setLevel(Level.DEBUG);
    }

    /** Leaves out what each role tells: where hundreds run, it would push out of the file what somebody looks for. */
    static void leaveOutDetails() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(OURS).setLevel(Level.INFO);
        }
    }
}
