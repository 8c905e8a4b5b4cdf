/** How servers say that a newer connection of the same user took the place of this one. */
const REPLACED =
  /其他设备|其它设备|另一(?:台|个|处|设备)|别处|异地|重复(?:登录|连接)|[顶挤]下|顶替|被顶|(?:other|another|new|newer) (?:device|tab|window|session|client|place|location|connection|login)|elsewhere|duplicate[ _-]?(?:login|session|connection|user|client|device|id|name)|(?:session|connection) (?:was )?taken over|replaced|superseded|logged in (?:again|from)/i;

export const saysReplaced = (reason: string): boolean => REPLACED.test(reason);
