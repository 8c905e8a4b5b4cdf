import { Box, Text } from "ink";
import type { ReactNode } from "react";
import { displayWidth } from "../../base/display-width.ts";
import type { DialogProps } from "./types.ts";

/** A box over the end of the screen: its name, what is in it, and what the keys do. */
export function Frame({
  title,
  keys,
  props,
  children,
}: {
  title: string;
  keys: string;
  props: DialogProps;
  children: ReactNode;
}): ReactNode {
  const { palette } = props.context;
  const rule = "─".repeat(Math.max(0, props.size.columns - displayWidth(title) - 4));
  return (
    <Box flexDirection="column" width={props.size.columns}>
      <Text wrap="truncate">{`${palette.accent("──")} ${palette.strong(title)} ${palette.accent(rule)}`}</Text>
      {children}
      <Text wrap="truncate">{palette.dim(` ${keys}`)}</Text>
    </Box>
  );
}
